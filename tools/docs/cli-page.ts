import { commands } from '../../apps/cli/commands.ts';
import { commandHelp, overview } from '../../apps/cli/help.ts';
import { heading } from './markdown.ts';

/** The help texts of every command, as the program prints them. */
export function cliPage(): string {
  const sections = commands.map((one) => `## sluice ${one.name}\n\n\`\`\`\n${commandHelp(one)}\n\`\`\``);
  return `${heading('The command line', '`apps/cli`')}

\`sluice\` is \`node bin/sluice.js\` in a checkout that was built (\`npm run build\`, which \`npm run demo\` and \`npm test\` do too).

\`\`\`
${overview(commands)}
\`\`\`

People read lines; with \`--json\` a machine reads one JSON document on standard output, and everything else goes to standard error. A fault is then
\`{"error": {"kind", "message", "advice"}}\`; the kinds are in [errors.md](errors.md). Ctrl-C (exit code 130) stops a command in good order; the same
command goes on where it stopped.

${sections.join('\n\n')}
`;
}
