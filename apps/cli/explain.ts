import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  type Conversion,
  convertDatabase,
  convertedObjects,
  modelMessages,
  proposalIn,
  textHash,
  underHead,
  type WorkspaceObject,
  workspaceObjects,
} from '#conversion';
import { SluiceError } from '#errors';
import { type JobFile, type ModelSettings, readJobFile } from '#jobs';
import type { DatabaseModel } from '#schema';
import { type Command, type Invocation, JOB_OPTIONS } from './command.ts';
import { withSource, withTarget } from './context.ts';
import { takeIn } from './convert-target.ts';
import { textOf } from './convert-tree.ts';
import { verifyRows } from './convert-verify.ts';
import { setOptions } from './job.ts';
import { askModel, modelAddress } from './model-endpoint.ts';

/** One object of a conversion and what it belongs to. */
interface Asked {
  readonly job: JobFile;
  readonly database: DatabaseModel;
  readonly conversion: Conversion;
  readonly objects: readonly WorkspaceObject[];
  readonly object: WorkspaceObject;
}

export const explainCommand: Command = {
  name: 'explain',
  usage: 'explain JOB OBJECT [--propose] [--send]',
  summary: 'Ask a language model about an object; nothing is sent without --send',
  example: `sluice explain job.yaml dbo.CloseOrder
  sluice explain job.yaml dbo.CloseOrder --send
  sluice explain job.yaml dbo.CloseOrder --propose --send --out converted`,
  options: {
    ...JOB_OPTIONS,
    propose: {
      type: 'boolean',
      help: 'Ask for another conversion too; it is verified in a scratch place of the target',
    },
    send: { type: 'boolean', help: 'Send what is shown to the endpoint that model.url of the job file names' },
    out: { type: 'string', value: 'DIR', help: 'With --propose: put what was verified into this tree, as an edit' },
  },
  async run(invocation: Invocation) {
    const { out, options, signal } = invocation;
    const asked = await find(invocation);
    const model = modelOf(asked.job);
    const wanted = options['propose'] === true ? 'proposal' : 'explanation';
    const messages = modelMessages(asked.object, wanted, asked.job.target.version);
    out.line(`To ${modelAddress(model)}, model ${model.name}:\n`);
    for (const { role, content } of messages) out.line(`[${role}]\n${content}\n`);
    if (options['send'] !== true) {
      out.line('Nothing was sent. Send it with --send.');
      out.result({ sent: false, address: modelAddress(model), messages });
      return 0;
    }
    const answer = await askModel(model, messages, signal);
    out.line(`[answer]\n${answer.trimEnd()}\n`);
    const proposal = wanted === 'proposal' ? await judge(asked, answer, invocation) : undefined;
    out.result({ sent: true, address: modelAddress(model), messages, answer, ...(proposal ? { proposal } : {}) });
    return proposal === undefined || proposal.isVerified ? 0 : 1;
  },
};

/** @throws SluiceError UsageInvalid where the job file names no model */
function modelOf(job: JobFile): ModelSettings {
  if (job.model) return job.model;
  throw new SluiceError(
    'UsageInvalid',
    'The job file names no model: model.url and model.name, e.g. of a server of your own. Conversion does not need one.',
  );
}

/** @throws SluiceError UsageInvalid */
async function find(invocation: Invocation): Promise<Asked> {
  const [path, name] = invocation.positionals;
  if (path === undefined || name === undefined)
    throw new SluiceError(
      'UsageInvalid',
      'Name the job file and the object, as schema.name or by its path in the tree.',
    );
  const job = readJobFile(path, setOptions(invocation));
  const database = await withSource(job, (source) => source.catalog.readDatabase());
  const conversion = convertDatabase(database, job);
  const objects = workspaceObjects(database, conversion);
  const wanted = name.toLowerCase();
  const found = objects.filter(
    (one) => one.path.toLowerCase() === wanted || `${one.sourceSchema}.${one.sourceName}`.toLowerCase() === wanted,
  );
  const object = found.find((one) => one.source !== null) ?? found[0];
  if (!object) throw new SluiceError('UsageInvalid', `The source has no object ${name}.`);
  return { job, database, conversion, objects, object };
}

const READ = 'Its statements are looked at only where plpgsql_check is installed: read it before you apply it.';

/** A proposal counts only if PostgreSQL takes it in the place of the object, with all that depends on it; then it goes into the tree as an edit. */
async function judge(
  { job, database, conversion, objects, object }: Asked,
  answer: string,
  { out, options }: Invocation,
): Promise<{ isVerified: boolean; problems: readonly string[]; file: string | null }> {
  const text = proposalIn(answer);
  if (text === null) {
    out.line('There is no code in the answer: nothing is taken from it.');
    return { isVerified: false, problems: ['no code'], file: null };
  }
  const edits = new Map([[object.path, { text, hash: textHash(text) }]]);
  const problems = await withTarget(job, async (target) => {
    const converted = convertedObjects(database, conversion);
    const { rows } = await takeIn(target, { database: database.name, objects, edits, isDry: true });
    const refusedOf = async (of: typeof rows): Promise<Map<string, string[]>> => {
      const { verdicts } = await verifyRows(target, of, converted, true);
      const refused = verdicts.filter((one) => !one.verdict.ok);
      return new Map(refused.map(({ path, verdict }) => [path, verdict.problems.map(({ message }) => message)]));
    };
    const refused = await refusedOf(rows);
    // What the converter's own text is refused with too is not the proposal's fault.
    if (refused.size > 0 && !refused.has(object.path))
      for (const path of (
        await refusedOf(rows.map((row) => (row.path === object.path ? { ...row, edited: null } : row)))
      ).keys())
        refused.delete(path);
    return [...refused].flatMap(([path, messages]) => messages.map((message) => `${path}: ${message}`));
  });
  if (problems.length > 0) {
    for (const problem of problems) out.line(`refused   ${problem}`);
    out.line('The proposal is not taken.');
    return { isVerified: false, problems, file: null };
  }
  const dir = options['out'];
  if (typeof dir !== 'string') {
    out.line(`PostgreSQL takes the proposal; --out DIR puts it into a tree. ${READ}`);
    return { isVerified: true, problems, file: null };
  }
  const file = join(dir, object.path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, underHead(await textOf(file), text));
  out.line(`PostgreSQL takes the proposal; it stands in ${file} as an edit. ${READ}`);
  return { isVerified: true, problems, file };
}
