export interface Column {
  readonly header: string;
  readonly right?: boolean;
}

/** Rows in columns as wide as their widest cell, two spaces between; the last column is not padded. */
export class Table {
  private readonly columns: readonly Column[];
  private readonly rows: string[][] = [];
  private readonly withHeader: boolean;

  constructor(columns: readonly Column[], withHeader: boolean) {
    this.columns = columns;
    this.withHeader = withHeader;
  }

  add(cells: string[]): void {
    this.rows.push(cells);
  }

  /** The lines to print; none without rows, even when there is a header. */
  lines(): string[] {
    if (this.rows.length === 0) return [];
    const all = this.withHeader ? [this.columns.map((column) => column.header), ...this.rows] : this.rows;
    const widths = this.columns.map((_, at) => all.reduce((width, row) => Math.max(width, row[at]!.length), 0));
    const last = this.columns.length - 1;
    return all.map((row) =>
      row
        .map((cell, at) => {
          if (this.columns[at]!.right) return cell.padStart(widths[at]!);
          return at === last ? cell : cell.padEnd(widths[at]!);
        })
        .join('  '),
    );
  }
}
