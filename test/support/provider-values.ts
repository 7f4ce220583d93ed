/** A Docker configuration, as somebody wrote it. */
export const pullConfig = '{"auths":{"registry.example":{"username":"seed","password":"hunter2","auth":"c2VlZDpodW50ZXIy"}}}';

/** The shape of a private key without being one: what matters are its lines, and the last line break. */
export const sshKey = `${['-----BEGIN OPENSSH PRIVATE KEY-----', 'MY9s0nHuUE4MfE6yfY7bR2T', 'bm90IGEga2V5', '-----END OPENSSH PRIVATE KEY-----'].join('\n')}\n`;

const text = 'Prelude?>~ ü';

/** A text that looks another in each alphabet of base64. */
export const decoded = { text, base64: Buffer.from(text).toString('base64'), base64url: Buffer.from(text).toString('base64').replaceAll('+', '-').replaceAll('/', '_') } as const;
