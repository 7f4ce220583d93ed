import { eraseFormat, type ProviderEvents } from '../../src/provider/notice-source.ts';
import { placeOfGcp } from './events-place.ts';
import { pubsubPullFormat } from './events-pull.ts';
import { pubsubPushFormat } from './events-push.ts';

/** How Google tells of changes of its secrets. */
export const gcpEvents: ProviderEvents = { provider: 'gcpsm', placeOf: placeOfGcp, formats: [eraseFormat(pubsubPushFormat), eraseFormat(pubsubPullFormat)] };
