import assert from 'node:assert/strict';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { killHard, ProcessCluster, runRfs, until } from './cluster/index.js';
/** Files below a folder whose names begin so. */
function filesNamed(folder, prefix) {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && entry.name.startsWith(prefix))
        .map((entry) => join(entry.parentPath, entry.name));
}
test('rfs fsck says HEALTHY, and CORRUPT with the name of the file that lost all its replicas', async () => {
    const cluster = await ProcessCluster.start('--datanodes', '2');
    try {
        const environment = { HADOOP_CONF_DIR: cluster.description.conf };
        const rfs = (...words) => runRfs(words, environment);
        const program = process.argv[1];
        for (const path of ['/lost', '/kept']) {
            assert.equal((await rfs('fs', '-D', 'dfs.replication=2', '-put', program, path)).code, 0);
        }
        const sound = await rfs('fsck', '/', '-files', '-blocks', '-locations');
        assert.equal(sound.code, 0, sound.out + sound.err);
        assert.match(sound.out, /\n\/lost \d+ bytes, replicated: replication=2, 1 block\(s\): {2}OK\n/);
        assert.match(sound.out, /\n\nThe filesystem under path '\/' is HEALTHY\n$/);
        const facts = JSON.parse((await rfs('fsck', '/', '--json')).out);
        assert.equal(facts.status, 'HEALTHY');
        assert.equal(facts.replicatedBlocks.totalFiles, 2);
        const block = /blk_\d+/.exec((await rfs('fsck', '/lost', '-files', '-blocks')).out)?.[0];
        for (const { dir } of cluster.description.datanodes) {
            const files = filesNamed(dir, block);
            assert.ok(files.length > 0, `${dir} has no replica of ${block}`);
            for (const file of files)
                rmSync(file);
        }
        for (const { pid } of cluster.description.datanodes)
            killHard(pid);
        await until('both replicas are missed', async () => (await rfs('fsck', '/')).code === 1);
        await until('the other file is whole again', async () => {
            const { replicatedBlocks } = JSON.parse((await rfs('fsck', '/kept', '--json')).out);
            return replicatedBlocks.missingReplicas === 0;
        });
        const corrupt = await rfs('fsck', '/');
        assert.equal(corrupt.code, 1);
        assert.match(corrupt.out, /\n\/lost: MISSING 1 blocks of total size \d+ B\.\nStatus: CORRUPT\n/);
        assert.match(corrupt.out, /\n\nThe filesystem under path '\/' is CORRUPT\n$/);
        assert.match((await rfs('fsck', '/kept')).out, /is HEALTHY\n$/);
        const listed = await rfs('fsck', '/', '-list-corruptfileblocks');
        assert.match(listed.out, new RegExp(`^The list of corrupt blocks under path '/' are:\n${block}\t2\t/lost\n`));
        const { explanations } = JSON.parse((await rfs('fsck', '/lost', '--explain', '--json')).out);
        assert.deepEqual(explanations.map((each) => each.block), [block]);
        assert.match(explanations[0].happened, /^no good replica is left\. /);
        assert.equal((await rfs('fsck', '/lost', '-move')).code, 1);
        assert.equal((await rfs('fs', '-test', '-d', '/lost+found/lost')).code, 0);
        assert.equal((await rfs('fsck', '/', '-delete')).code, 1);
        assert.equal((await rfs('fsck', '/')).code, 0);
    }
    finally {
        await cluster.stop();
    }
});
test('rfs fsck tells what is wrong with its words', async () => {
    const unknown = await runRfs(['fsck', '/', '-nosuch']);
    assert.equal(unknown.code, 2);
    assert.match(unknown.err, /^fsck: Illegal option '-nosuch'\nUsage: rfs fsck/);
    const local = await runRfs(['fsck', 'file:///tmp']);
    assert.equal(local.code, 2);
    assert.match(local.err, /no HDFS file system/);
    const nobody = await runRfs(['fsck', '-D', 'dfs.namenode.http-address=127.0.0.1:1', 'hdfs://127.0.0.1:1/']);
    assert.equal(nobody.code, 255);
    assert.match(nobody.err, /fsck: no answer from 127\.0\.0\.1:1/);
});
//# sourceMappingURL=fsck.it.test.js.map