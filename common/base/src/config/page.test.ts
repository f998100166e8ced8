import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { balancerOptions, clientOptions, configurationPage, datanodeOptions, namenodeOptions } from './index.js';

/** From dist/config up to the root. */
const PAGE = join(import.meta.dirname, ...Array<string>(4).fill('..'), 'docs', 'configuration.md');

const HEAD = `# Configuration

Made from the option tables in \`common/base/src/config/options\`. After a change there:
\`UPDATE=1 node --test common/base/dist/config/page.test.js\`.

A value comes from, the strongest first: a flag, \`-D key=value\`, an environment variable, \`hdfs-site.xml\`,
\`core-site.xml\` (in the folder given by \`--conf\` or \`HADOOP_CONF_DIR\`), the default. Keys are HDFS's own where it has
one; old names of HDFS keys work too, unknown keys are passed over, and a bad or contradictory value stops the start with
the key, the value, the place where it stands and what is expected.

`;

test('docs/configuration.md says what the tables say', () => {
  const page =
    HEAD +
    configurationPage([
      { title: 'Namenode and journal node', intro: 'Read by `rfs namenode`.', table: namenodeOptions },
      { title: 'Datanode', intro: 'Read by `rfs datanode`.', table: datanodeOptions },
      { title: 'Client', intro: 'Read by `rfs fs` and the other commands.', table: clientOptions },
      { title: 'Balancer', intro: 'Read by `rfs balancer`, besides the keys of a client.', table: balancerOptions },
    ]);
  if (process.env.UPDATE === '1') writeFileSync(PAGE, page);
  assert.equal(readFileSync(PAGE, 'utf8'), page, 'run it again with UPDATE=1 and commit the page');
});
