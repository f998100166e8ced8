import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import type { Lifecycle } from '../lifecycle/index.js';
import type { Metrics } from './metrics.js';

const NS_PER_MS = 1e6;

/**
 * How late the event loop comes to its timers, sampled every millisecond: an idle loop shows about 1 ms. Begins with its
 * making and ends with `close`.
 */
export class EventLoopDelay {
  private readonly histogram: IntervalHistogram = monitorEventLoopDelay({ resolution: 1 });

  constructor() {
    this.histogram.enable();
  }

  /** The longest delay since the start or the last `reset`; 0 before the first sample. */
  get maximumMs(): number {
    return this.histogram.max / NS_PER_MS;
  }

  /** The delay that `percent` of all samples stay below. */
  percentileMs(percent: number): number {
    return this.histogram.percentile(percent) / NS_PER_MS;
  }

  reset(): void {
    this.histogram.reset();
  }

  close(): void {
    this.histogram.disable();
  }

  /** Shows median, 99th percentile and maximum among `metrics`, in seconds since the start. */
  publish(metrics: Metrics): void {
    const seconds = (ms: number): number => ms / 1000;
    metrics.measure('rfs_event_loop_delay_p50_seconds', 'Median delay of the event loop', () =>
      seconds(this.percentileMs(50)),
    );
    metrics.measure('rfs_event_loop_delay_p99_seconds', '99th percentile of the delay of the event loop', () =>
      seconds(this.percentileMs(99)),
    );
    metrics.measure('rfs_event_loop_delay_max_seconds', 'Longest delay of the event loop', () =>
      seconds(this.maximumMs),
    );
  }
}

/** Measures the event loop among `metrics` from now until `lifecycle` closes. */
export async function openEventLoopDelay(metrics: Metrics, lifecycle: Lifecycle): Promise<void> {
  const delay = await lifecycle.open(
    'event loop delay',
    () => new EventLoopDelay(),
    (opened) => opened.close(),
  );
  delay.publish(metrics);
}
