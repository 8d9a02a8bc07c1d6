/** `npm run generate`: writes the committed files that are made from others: the protocol, openapi.json and others. */
import { generateAll } from './generate/generated-files.ts';
import { readCommandLine } from './run/command-line.ts';
import { runTask } from './run/task.ts';

readCommandLine({
  command: 'npm run generate',
  about: 'Writes the committed files that are made from others: the protocol, openapi.json and others.',
});

await runTask(async ({ asked }) => {
  await generateAll(asked);
  return 0;
});
