import { systemClock } from '../../lib/clock.ts';
import { externalSecretFunctions } from '../external-secret-functions.ts';
import { createJobRenderer } from './render-jobs.ts';
import { serveRequests } from './serve-requests.ts';

// the program of a thread that renders ExternalSecrets' templates
serveRequests((limits) => createJobRenderer({ limits, functions: externalSecretFunctions, now: systemClock.now }));
