import type { Option, OptionTable } from './option.js';

/** A part of the page: one family of processes. */
export interface PageSection {
  readonly title: string;
  readonly intro: string;
  readonly table: OptionTable;
}

/** The documentation of all options as a Markdown page, made from the tables alone. */
export function configurationPage(sections: readonly PageSection[]): string {
  const parts = sections.map(({ title, intro, table }) => {
    const rows = Object.values(table)
      .toSorted((a, b) => (a.key < b.key ? -1 : 1))
      .map(row);
    return [`## ${title}`, '', intro, '', '| key | default | value | meaning |', '|---|---|---|---|', ...rows].join(
      '\n',
    );
  });
  return `${parts.join('\n\n')}\n`;
}

function row(option: Option<unknown>): string {
  const also = [
    ...(option.flag === undefined ? [] : [`flag \`--${option.flag}\``]),
    ...(option.variable === undefined ? [] : [`environment \`${option.variable}\``]),
    ...(option.scoped ? ['per node as `key.<nameservice>.<node>`'] : []),
  ];
  const meaning = also.length === 0 ? option.help : `${option.help} (${also.join(', ')})`;
  const fallback = option.defaultText === undefined || option.defaultText === '' ? '' : `\`${option.defaultText}\``;
  return `| \`${option.key}\` | ${fallback} | ${cell(option.type.expects)} | ${cell(meaning)} |`;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
