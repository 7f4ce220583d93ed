import { eraseFormat, type ProviderEvents } from '../../src/provider/notice-source.ts';
import { eventGridFormat } from './events-grid.ts';
import { placeOfAzure } from './events-place.ts';

/** How Azure tells of changes in its vaults. */
export const azureEvents: ProviderEvents = { provider: 'azurekv', placeOf: placeOfAzure, formats: [eraseFormat(eventGridFormat)] };
