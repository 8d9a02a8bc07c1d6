import type { Log, LogLevels } from '@face/kserve';
import { ConsoleLogger, type LogLevel } from '@nestjs/common';

/** The program's log, whose levels clients may read and change. */
export class ServerLog extends ConsoleLogger implements Log {
  private enabled: LogLevels;

  /** @param logLevels as the settings have them */
  constructor(logLevels: LogLevel[]) {
    super({ logLevels, json: !process.stdout.isTTY });
    const has = (level: LogLevel) => logLevels.includes(level);
    this.enabled = {
      info: has('log'),
      warning: has('warn'),
      error: has('error'),
      verbose: has('verbose') ? 2 : has('debug') ? 1 : 0,
    };
  }

  get levels(): LogLevels {
    return this.enabled;
  }

  set levels(levels: LogLevels) {
    this.enabled = levels;
    const wanted: readonly (readonly [LogLevel, boolean])[] = [
      ['fatal', true],
      ['error', levels.error],
      ['warn', levels.warning],
      ['log', levels.info],
      ['debug', levels.verbose > 0],
      ['verbose', levels.verbose > 1],
    ];
    this.setLogLevels(wanted.filter(([, enabled]) => enabled).map(([level]) => level));
  }
}
