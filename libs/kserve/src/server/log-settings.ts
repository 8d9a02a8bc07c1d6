import { status } from '@grpc/grpc-js';
import type {
  LogSettingsRequest,
  LogSettingsRequest_SettingValue as SettingValue,
  LogSettingsResponse,
} from '../generated/inference/grpc_service.js';
import { ProtocolError, invalidArgument } from './protocol-error.js';

/** What the server logs, as Triton's logging extension knows it. */
export interface LogLevels {
  readonly info: boolean;
  readonly warning: boolean;
  readonly error: boolean;
  /** 0: nothing beyond the three. */
  readonly verbose: number;
}

/** The log of the program. */
export interface Log {
  levels: LogLevels;
}

/**
 * Makes the changes that a request asks for; what is refused, and how, is as with the real server, but for its second
 * format, ISO8601, which is not offered.
 * @returns all settings
 * @throws ProtocolError, and changes nothing
 */
export function updateLogSettings(log: Log, { settings }: LogSettingsRequest): LogSettingsResponse {
  if (settings['log_file'] !== undefined) {
    throw new ProtocolError(
      status.UNIMPLEMENTED,
      'log file location can not be updated through network protocol',
    );
  }
  const now = log.levels;
  const wanted = {
    info: readFlag(settings, 'log_info') ?? now.info,
    warning: readFlag(settings, 'log_warning') ?? now.warning,
    error: readFlag(settings, 'log_error') ?? now.error,
    verbose: readVerbosity(settings['log_verbose_level']) ?? now.verbose,
  };
  checkFormat(settings['log_format']);
  log.levels = wanted;
  const bool = (value: boolean): SettingValue => ({ parameterChoice: { $case: 'boolParam', value } });
  const text = (value: string): SettingValue => ({ parameterChoice: { $case: 'stringParam', value } });
  return {
    settings: {
      log_file: text(''),
      log_info: bool(wanted.info),
      log_warning: bool(wanted.warning),
      log_error: bool(wanted.error),
      log_verbose_level: { parameterChoice: { $case: 'uint32Param', value: wanted.verbose } },
      log_format: text('default'),
    },
  };
}

function readFlag(settings: LogSettingsRequest['settings'], name: string): boolean | null {
  const setting = settings[name];
  if (setting === undefined) return null;
  const choice = setting.parameterChoice;
  if (choice?.$case !== 'boolParam') throw invalidArgument(`expect boolean for '${name}'`);
  return choice.value;
}

/** The real server reads the number with a sign, and takes a negative one for 0. */
function readVerbosity(setting: SettingValue | undefined): number | null {
  if (setting === undefined) return null;
  const choice = setting.parameterChoice;
  if (choice?.$case !== 'uint32Param') throw invalidArgument("expect int32 for 'log_verbose_level'");
  return Math.max(0, choice.value | 0);
}

function checkFormat(setting: SettingValue | undefined): void {
  if (setting === undefined) return;
  const choice = setting.parameterChoice;
  if (choice?.$case !== 'stringParam') throw invalidArgument("expect string for 'log_format'");
  if (choice.value !== 'default')
    throw invalidArgument(`invalid argument for log_format, got: ${choice.value}`);
}
