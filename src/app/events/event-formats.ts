import { providerEvents } from '../../../providers/events.ts';
import { eraseFormat, type ErasedFormat } from '../../provider/notice-source.ts';
import { cloudEventsFormat } from './cloud-events-format.ts';
import { gitFormats } from './git/git-formats.ts';

/** Every way in which changes are told. */
export const eventFormats: readonly ErasedFormat[] = [eraseFormat(cloudEventsFormat), ...gitFormats, ...providerEvents.flatMap((one) => one.formats)];
