import type { LoggerService } from '@nestjs/common';

/** For specs: keeps what is logged instead of printing it. */
export class RecordingLogger implements LoggerService {
  readonly information: string[] = [];
  readonly problems: string[] = [];

  log(message: string): void {
    this.information.push(message);
  }

  warn(message: string): void {
    this.problems.push(message);
  }

  error(message: string): void {
    this.problems.push(message);
  }
}
