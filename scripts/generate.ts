/** `npm run generate`: writes the committed files that are made from others: the protocol and openapi.json. */
import { generateAll } from './generate/generated-files.ts';
import { runTask } from './run/task.ts';

await runTask(async ({ asked }) => {
  await generateAll(asked);
  return 0;
});
