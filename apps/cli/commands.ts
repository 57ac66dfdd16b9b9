import { assessCommand } from './assess.ts';
import { checkCommand } from './check.ts';
import { cleanupCommand } from './cleanup.ts';
import type { Command } from './command.ts';
import { convertCommand } from './convert.ts';
import { explainCommand } from './explain.ts';
import { reloadCommand } from './reload.ts';
import { runCommand } from './run.ts';
import { downCommand, upCommand } from './stack.ts';
import { statusCommand } from './status.ts';
import { cutoverCommand } from './cutover.ts';
import { lagCommand, tablesCommand } from './tables.ts';
import { tailCommand } from './tail.ts';
import { validateCommand } from './validate.ts';

/** Every command of `sluice`, in the order in which help shows them. */
export const commands: readonly Command[] = [
  upCommand,
  downCommand,
  checkCommand,
  assessCommand,
  convertCommand,
  explainCommand,
  runCommand,
  statusCommand,
  tablesCommand,
  lagCommand,
  tailCommand,
  validateCommand,
  reloadCommand,
  cutoverCommand,
  cleanupCommand,
];
