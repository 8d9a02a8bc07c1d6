/** Tells a person how far things are. */
export interface FetchReporter {
  /** One line of news. */
  note(line: string): void;
  /** @param totalBytes undefined when nobody knows it beforehand */
  download(what: string, totalBytes: number | undefined): DownloadReport;
}

export interface DownloadReport {
  /** @param bytes that have arrived since the last call */
  advance(bytes: number): void;
  /** The download is over. */
  end(succeeded: boolean): void;
}

export const silentReporter: FetchReporter = {
  note: () => undefined,
  download: () => ({ advance: () => undefined, end: () => undefined }),
};

interface Terminal {
  readonly isTTY?: boolean | undefined;
  write(text: string): unknown;
}

const barWidth = 30;
const redrawEveryMs = 100;

/** A bar that is redrawn on a terminal; elsewhere a line at the begin and a line at the end of each download. */
export function consoleReporter(out: Terminal, now: () => number = () => performance.now()): FetchReporter {
  return {
    note: (line) => void out.write(`${line}\n`),
    download(what, totalBytes) {
      const begin = now();
      let received = 0;
      let drawn = -Infinity;
      const seconds = () => ((now() - begin) / 1000).toFixed(1);
      const draw = () => {
        drawn = now();
        out.write(`\r${progressLine(what, received, totalBytes)}`);
      };
      if (out.isTTY !== true) {
        out.write(`Downloading ${what}${totalBytes === undefined ? '' : ` (${megabytes(totalBytes)})`}\n`);
      }
      return {
        advance(bytes) {
          received += bytes;
          if (out.isTTY === true && now() - drawn >= redrawEveryMs) draw();
        },
        end(succeeded) {
          if (out.isTTY === true) {
            draw();
            out.write('\n');
          } else if (succeeded) out.write(`Received ${megabytes(received)} in ${seconds()} s\n`);
        },
      };
    },
  };
}

export function progressLine(what: string, received: number, total: number | undefined): string {
  if (total === undefined) return `${what}  ${megabytes(received)}`;
  const share = Math.min(received / total, 1);
  const filled = Math.round(share * barWidth);
  const bar = '#'.repeat(filled) + '-'.repeat(barWidth - filled);
  return `${what}  [${bar}] ${Math.floor(share * 100)} %  ${megabytes(received)} of ${megabytes(total)}`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
