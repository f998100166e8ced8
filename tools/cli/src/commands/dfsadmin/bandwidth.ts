import { FailureError } from '@rfs/base/failure';
import type { Terminal } from '../../terminal/index.js';
import { EXIT_REFUSED, type Subcommand, show, usageOf } from './subcommand.js';
import { longWithPrefix, NotANumber } from './words.js';

export const setBalancerBandwidth: Subcommand = {
  usage: '-setBalancerBandwidth <bandwidth in bytes per second>',
  help: 'Limits what each datanode spends on balancing, until it is started again.',
  words: [1, 1],
  async run([word = ''], { namenodes }, terminal, json) {
    const bandwidth = bandwidthOf(word, terminal);
    if (bandwidth === undefined) return EXIT_REFUSED;
    try {
      await namenodes.call('setBalancerBandwidth', { bandwidth });
    } catch (error) {
      if (error instanceof FailureError) terminal.err('Balancer bandwidth is set failed.\n');
      throw error;
    }
    return show(terminal, json, { bandwidth }, `Balancer bandwidth is set to ${bandwidth}\n`);
  },
};

/** Bytes a second; undefined when the user has been told that the word is none. */
function bandwidthOf(word: string, terminal: Terminal): number | undefined {
  try {
    const bandwidth = longWithPrefix(word);
    if (bandwidth >= 0) return bandwidth;
    terminal.err('Bandwidth should be a non-negative integer\n');
  } catch (error) {
    if (!(error instanceof NotANumber)) throw error;
    terminal.err(`NumberFormatException: ${error.message}\n${usageOf(setBalancerBandwidth)}`);
  }
  return undefined;
}
