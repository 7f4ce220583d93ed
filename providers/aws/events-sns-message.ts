import { verify, X509Certificate } from 'node:crypto';
import { z } from 'zod';

const text = z.string().max(262_144);
const common = { MessageId: z.string().min(1).max(256), TopicArn: z.string().max(1024), Message: text, Timestamp: z.iso.datetime(), SignatureVersion: z.enum(['1', '2']), Signature: z.base64().max(2048), SigningCertURL: z.string().max(1024) };

/** A message of SNS, as its HTTP endpoints get it. */
export const snsMessage = z.discriminatedUnion('Type', [
  z.object({ Type: z.literal('Notification'), Subject: text.nullish(), ...common }),
  z.object({ Type: z.literal('SubscriptionConfirmation'), SubscribeURL: z.string().max(4096), Token: z.string().max(4096), ...common }),
  z.object({ Type: z.literal('UnsubscribeConfirmation'), SubscribeURL: z.string().max(4096), Token: z.string().max(4096), ...common }),
]);
export type SnsMessage = z.output<typeof snsMessage>;

/** What AWS signs of a message: names and values of these members, each on a line, in this order. */
export function signedText(message: SnsMessage): string {
  const { Message, MessageId, Timestamp, TopicArn, Type } = message;
  const pairs: readonly (readonly [string, string | null | undefined])[] =
    message.Type === 'Notification'
      ? [['Message', Message], ['MessageId', MessageId], ['Subject', message.Subject], ['Timestamp', Timestamp], ['TopicArn', TopicArn], ['Type', Type]]
      : [['Message', Message], ['MessageId', MessageId], ['SubscribeURL', message.SubscribeURL], ['Timestamp', Timestamp], ['Token', message.Token], ['TopicArn', TopicArn], ['Type', Type]];
  return pairs.flatMap(([name, value]) => (value === undefined || value === null ? [] : [`${name}\n${value}\n`])).join('');
}

/** Whether the certificate's key has signed the message: version 1 is SHA-1, version 2 SHA-256. */
export function isSignedBy(message: SnsMessage, certificate: X509Certificate): boolean {
  const algorithm = message.SignatureVersion === '1' ? 'RSA-SHA1' : 'RSA-SHA256';
  return certificate.publicKey.asymmetricKeyType === 'rsa' && verify(algorithm, Buffer.from(signedText(message), 'utf8'), certificate.publicKey, Buffer.from(message.Signature, 'base64'));
}

/** `arn:aws:sns:<region>:<account>:<name>`, in any partition. */
export const topicArn = /^arn:aws[\w-]*:sns:([a-z0-9-]+):\d{12}:[\w-]{1,256}(?:\.fifo)?$/;

/** The host of SNS in the topic's region; China's partition has its own domain. */
export function snsHost(topic: string): string | undefined {
  const region = topicArn.exec(topic)?.[1];
  return region === undefined ? undefined : `sns.${region}.amazonaws.com${topic.startsWith('arn:aws-cn:') ? '.cn' : ''}`;
}

/**
 * Reads the certificate that AWS serves, and the authorities that stand behind it in the same file, each of which must have signed the one
 * before. Where the file holds the certificate alone it is the connection it came over that vouches for it.
 * @param now milliseconds since the epoch
 * @returns undefined where it is none of SNS, or not valid now
 */
export function readSnsCertificate(pem: string, host: string, now: number): X509Certificate | undefined {
  const chain = (pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []).slice(0, 8).flatMap(certificateOf);
  const [leaf] = chain;
  if (leaf === undefined || !chain.every((one) => Date.parse(one.validFrom) <= now && now < Date.parse(one.validTo))) return undefined;
  const isChained = chain.slice(1).every((issuer, index) => issuer.ca && (chain[index]?.checkIssued(issuer) ?? false) && (chain[index]?.verify(issuer.publicKey) ?? false));
  const isOfSns = ['sns.amazonaws.com', host].some((name) => leaf.checkHost(name, { subject: 'always' }) !== undefined);
  return isChained && isOfSns ? leaf : undefined;
}

function certificateOf(pem: string): readonly X509Certificate[] {
  try {
    return [new X509Certificate(pem)];
  } catch {
    return [];
  }
}
