import { WrongValue } from '../run/command-line-values.ts';
import { HttpContender } from './http-contender.ts';

/**
 * @param text name=url[,key=K][,pid=P[+Q]]: a server of the same contract, its key and processes
 * @throws WrongValue when it is something else
 */
export function parseServer(text: string): HttpContender {
  const [head = '', ...options] = text.split(',');
  const [, name, url] = /^([^=]+)=(https?:\/\/.+?)\/?$/.exec(head) ?? [];
  if (name === undefined || url === undefined) {
    throw new WrongValue('name=http://host:port[,key=K][,pid=P[+Q]]');
  }
  const of = (option: string) =>
    options.find((each) => each.startsWith(`${option}=`))?.slice(option.length + 1);
  const pids = (of('pid') ?? '').split('+').filter((pid) => /^\d+$/.test(pid));
  return new HttpContender(name, { url, key: of('key') ?? '', parts: { [name]: pids.map(Number) } });
}
