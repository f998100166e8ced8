/** One label value's measurements of a histogram. Observing costs a search among the bounds and three additions. */
export class HistogramSeries {
  /** Observations so far. */
  count = 0;
  /** Sum of what was observed. */
  sum = 0;
  private readonly bounds: Float64Array;
  private readonly counts: Float64Array;

  constructor(bounds: Float64Array) {
    this.bounds = bounds;
    this.counts = new Float64Array(bounds.length);
  }

  observe(value: number): void {
    const { bounds } = this;
    this.count++;
    this.sum += value;
    for (let i = 0; i < bounds.length; i++) {
      if (value > (bounds[i] as number)) continue;
      this.counts[i] = (this.counts[i] as number) + 1;
      return;
    }
  }

  /** Adds the lines of this series, all of which begin with `name` and carry `label` unless it is empty. */
  write(lines: string[], name: string, label: string): void {
    const [first, only] = label === '' ? ['', ''] : [`${label},`, `{${label}}`];
    let below = 0;
    for (let i = 0; i < this.bounds.length; i++) {
      below += this.counts[i] as number;
      lines.push(`${name}_bucket{${first}le="${this.bounds[i] as number}"} ${below}`);
    }
    lines.push(`${name}_bucket{${first}le="+Inf"} ${this.count}`);
    lines.push(`${name}_sum${only} ${this.sum}`, `${name}_count${only} ${this.count}`);
  }
}

/** One label value's count; whoever holds it adds to it. */
export class CounterSeries {
  count = 0;

  write(lines: string[], name: string, label: string): void {
    lines.push(`${name}{${label}} ${this.count}`);
  }
}

/**
 * A measure with one label, or without (then the label is empty, and so is its one value), whose series are asked for once and then added to without any look-up.
 *
 * PERF: prom-client makes and hashes an object of labels on every observation, prepared labels included, which is about
 * a microsecond: a fifth of what a call of the namenode costs.
 */
export class SeriesFamily<Series extends HistogramSeries | CounterSeries> {
  readonly name: string;
  private readonly help: string;
  private readonly type: 'counter' | 'histogram';
  private readonly label: string;
  private readonly make: () => Series;
  private readonly series = new Map<string, Series>();

  constructor(name: string, help: string, type: 'counter' | 'histogram', label: string, make: () => Series) {
    this.name = name;
    this.help = help;
    this.type = type;
    this.label = label;
    this.make = make;
  }

  /** The series of a label value, the same one each time. */
  of(value: string): Series {
    let series = this.series.get(value);
    if (series === undefined) {
      series = this.make();
      this.series.set(value, series);
    }
    return series;
  }

  /** Prometheus's text of the family, ending in a line feed; label values are escaped as it demands. */
  text(): string {
    const lines = [`# HELP ${this.name} ${this.help}`, `# TYPE ${this.name} ${this.type}`];
    for (const [value, series] of this.series) {
      const escaped = value.replace(/[\\"\n]/g, (char) => (char === '\n' ? '\\n' : `\\${char}`));
      series.write(lines, this.name, this.label === '' ? '' : `${this.label}="${escaped}"`);
    }
    return `${lines.join('\n')}\n`;
  }
}
