import type { ProviderEvents } from '../src/provider/notice-source.ts';
import { awsEvents } from './aws/events.ts';
import { azureEvents } from './azure/events.ts';
import { gcpEvents } from './gcp/events.ts';

/** The providers that tell of changes in a way of their own. All others are told of by CloudEvents. */
export const providerEvents: readonly ProviderEvents[] = [awsEvents, gcpEvents, azureEvents];
