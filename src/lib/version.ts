/** The version of this program: `npm run build` puts the package's in, `development` is what runs from the sources. */
export const version: string = process.env['PRELUDE_VERSION'] ?? 'development';
