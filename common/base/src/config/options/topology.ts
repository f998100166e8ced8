import { option, optional } from '../option.js';
import { choice, integer, text } from '../types.js';

/** Where racks come from. */
export const topologyOptions = {
  topologyMapping: option({
    key: 'net.topology.node.switch.mapping.impl',
    type: {
      expects: 'org.apache.hadoop.net.ScriptBasedMapping or org.apache.hadoop.net.TableMapping',
      parse: (value) =>
        choice('ScriptBasedMapping', 'TableMapping').parse(value.replace(/^org\.apache\.hadoop\.net\./, '')),
    },
    default: 'org.apache.hadoop.net.ScriptBasedMapping',
    help: 'How racks of hosts are found: by a script or in a table.',
  }),
  topologyScript: optional({
    key: 'net.topology.script.file.name',
    type: text(),
    help: 'A program that prints the racks of the hosts it is given; without it all are in /default-rack.',
  }),
  topologyScriptArguments: option({
    key: 'net.topology.script.number.args',
    type: integer(1),
    default: '100',
    help: 'Hosts that one run of the program is given.',
  }),
  topologyTable: optional({
    key: 'net.topology.table.file.name',
    type: text(),
    help: 'A file whose lines name a host and its rack, used by TableMapping.',
  }),
};
