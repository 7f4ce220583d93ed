// loaded with the first request. What a bundle imports lazily of a CommonJS package comes without its names, what it imports at the top of
// a file that is loaded lazily does not
import { Agent } from 'undici';

export { Agent as HttpAgent };
