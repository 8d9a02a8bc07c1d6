/** `npm run generate`: writes the committed files that are made from others: the protocol, openapi.json and others. */
import { generateAll } from './generate/generated-files.ts';
import { runTask } from './run/task.ts';

await runTask(async ({ asked }) => {
  await generateAll(asked);
  return 0;
});
