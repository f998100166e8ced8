export { EventLoopDelay, openEventLoopDelay } from './event-loop.js';
export { type Instruments, LATENCY_BUCKETS, Metrics, type MetricTable } from './metrics.js';
export { CounterSeries, HistogramSeries, SeriesFamily } from './series.js';
