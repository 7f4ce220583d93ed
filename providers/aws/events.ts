import { eraseFormat, type ProviderEvents } from '../../src/provider/notice-source.ts';
import { placeOfAws } from './events-place.ts';
import { snsFormat } from './events-sns.ts';
import { sqsFormat } from './events-sqs.ts';

/** How AWS tells of changes of its secrets and parameters. */
export const awsEvents: ProviderEvents = { provider: 'aws', placeOf: placeOfAws, formats: [eraseFormat(snsFormat), eraseFormat(sqsFormat)] };
