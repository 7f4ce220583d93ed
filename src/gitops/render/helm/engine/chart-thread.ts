import { systemClock } from '../../../../lib/clock.ts';
import { serveRequests } from '../../../../template/worker/serve-requests.ts';
import { createChartJobRenderer } from './chart-job-renderer.ts';

// the program of a thread that renders charts
serveRequests((limits) => createChartJobRenderer({ limits, now: systemClock.now }));
