import { Counter, Gauge, Registry } from 'prom-client';
import { CounterSeries, HistogramSeries, SeriesFamily } from './series.js';

interface InstrumentSpec {
  /** Prometheus's name, rfs_* with the unit at the end (`_total`, `_seconds`, `_bytes`). */
  readonly name: string;
  readonly help: string;
}

export interface CounterSpec extends InstrumentSpec {
  readonly kind: 'counter';
  readonly labels?: readonly string[];
}

export interface GaugeSpec extends InstrumentSpec {
  readonly kind: 'gauge';
  readonly labels?: readonly string[];
}

/** Without labels, and cheap enough for every batch of a server. */
export interface HistogramSpec extends InstrumentSpec {
  readonly kind: 'histogram';
  /** Upper bounds, ascending. */
  readonly buckets: readonly number[];
}

/** A component's instruments, declared in one table. */
export type MetricTable = Readonly<Record<string, CounterSpec | GaugeSpec | HistogramSpec>>;

type InstrumentOf<S> = S extends CounterSpec ? Counter : S extends GaugeSpec ? Gauge : HistogramSeries;

/** The instruments of a table, under its names. */
export type Instruments<T extends MetricTable> = { readonly [K in keyof T]: InstrumentOf<T[K]> };

/** Seconds, from a tenth of a millisecond up: for latencies of requests and disks. */
export const LATENCY_BUCKETS: readonly number[] = [
  0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10,
];

/**
 * The measures of one process object; nothing global, so that several nodes in one process do not mix.
 *
 * PERF: labels cost about a microsecond each time. Hot paths use `counters` and `histograms`, or count in a field of their
 * own that `measure` reads when somebody asks.
 */
export class Metrics {
  private readonly registry = new Registry();
  private readonly families: { readonly name: string; text(): string }[] = [];

  /** The type of `text`, for the HTTP header. */
  get contentType(): string {
    return this.registry.contentType;
  }

  /** Makes the instruments of `table`. Each name may be declared once. */
  declare<const T extends MetricTable>(table: T): Instruments<T> {
    const made: Record<string, Counter | Gauge | HistogramSeries> = {};
    for (const [key, spec] of Object.entries(table)) made[key] = this.make(spec);
    return made as Instruments<T>;
  }

  /** A gauge that asks `read` for its value whenever the metrics are read. */
  measure(name: string, help: string, read: () => number): void {
    const registers = [this.registry];
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read());
      },
    });
  }

  /** A counter without labels that asks `read` for the count, which never decreases, whenever the metrics are read. */
  measureTotal(name: string, help: string, read: () => number): void {
    const registers = [this.registry];
    new Counter({
      name,
      help,
      registers,
      collect() {
        this.reset();
        this.inc(read());
      },
    });
  }

  /** A counter with one label, cheap enough for every call of a server. */
  counters(name: string, help: string, label: string): SeriesFamily<CounterSeries> {
    return this.addFamily(new SeriesFamily(name, help, 'counter', label, () => new CounterSeries()));
  }

  /** A histogram with one label, cheap enough for every call of a server. @param buckets upper bounds, ascending */
  histograms(name: string, help: string, label: string, buckets: readonly number[]): SeriesFamily<HistogramSeries> {
    const bounds = Float64Array.from(buckets);
    return this.addFamily(new SeriesFamily(name, help, 'histogram', label, () => new HistogramSeries(bounds)));
  }

  /** Everything in Prometheus's text format. */
  async text(): Promise<string> {
    const texts = [await this.registry.metrics(), ...this.families.map((family) => family.text())];
    return texts.join('\n');
  }

  private addFamily<Series extends HistogramSeries | CounterSeries>(
    family: SeriesFamily<Series>,
  ): SeriesFamily<Series> {
    const { name } = family;
    if (this.registry.getSingleMetric(name) !== undefined || this.families.some((other) => other.name === name)) {
      throw new Error(`A metric with the name ${name} has already been registered.`);
    }
    this.families.push(family);
    return family;
  }

  private make(spec: CounterSpec | GaugeSpec | HistogramSpec): Counter | Gauge | HistogramSeries {
    if (spec.kind === 'histogram') return this.histograms(spec.name, spec.help, '', spec.buckets).of('');
    const common = {
      name: spec.name,
      help: spec.help,
      labelNames: [...(spec.labels ?? [])],
      registers: [this.registry],
    };
    return spec.kind === 'counter' ? new Counter(common) : new Gauge(common);
  }
}
