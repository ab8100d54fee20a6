/** The suite in Node: the machine's own, the oldest from 20 on, and the one that npm installed. */
import { machineNode, tool } from './support/install.mjs';
import { conforms, outcomeOf, writeMain } from './support/run.mjs';

const on = (node) => ({ dir, simUrl }) => outcomeOf(node, [writeMain(dir, simUrl, '`Node ${process.version}`')], dir);

const oldest = machineNode();
if (oldest === undefined) throw new Error('no Node from 20 on is on the path: the package promises to run on it');

conforms('node of the machine', /^Node v2\d/, on(oldest));
conforms('node from npm', /^Node v2[4-9]/, on(tool('node')));
