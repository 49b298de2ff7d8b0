import type { CollectorSettings } from '../settings/collector-settings.ts';
import { createFolderReader, createHopsworks, createSources, findRonDb } from '../settings/create-sources.ts';
import type { Source } from '../source.ts';
import { type Check, type CheckResult, runCheck } from './check.ts';
import { createDirectoryCheck, type ReadFileSystem } from './check-directory.ts';
import { createHopsFsCheck } from './check-hopsfs.ts';
import { createHopsworksCheck } from './check-hopsworks.ts';
import { createIngestChecks } from './check-ingest.ts';
import { createRecordedCheck } from './check-recorded.ts';
import { createRonDbCheck } from './check-rondb.ts';
import { describeOpenCost } from './describe-opencost.ts';

export type DoctorContext = {
  readonly signal: AbortSignal;
  readonly now?: () => number;
  /** How the file system of the directory is found out. */
  readonly readFileSystem?: ReadFileSystem;
};

/**
 * Checks all that the settings name, one after the other, and tells each result as it is known. Nothing is counted,
 * sent or remembered.
 *
 * @throws the signal's reason.
 */
export async function* checkSettings(settings: CollectorSettings, context: DoctorContext): AsyncGenerator<CheckResult> {
  const { signal, now = Date.now, readFileSystem } = context;
  const hopsworks = createHopsworks(settings);
  yield await runCheck(createDirectoryCheck(settings, readFileSystem), signal);
  for (const check of createIngestChecks(settings, now)) {
    const result = await runCheck(check, signal);
    yield result;
    // What is wrong with ingest would be told once more.
    if (result.status === 'failed') break;
  }
  const result = hopsworks === undefined ? undefined : await runCheck(createHopsworksCheck(hopsworks, now), signal);
  if (result !== undefined) yield result;
  // What is wrong with Hopsworks is told, and not once more of each thing that asks it too.
  const others = result?.status === 'failed' ? { ...settings, HOPSWORKS_URL: undefined } : settings;
  for (const check of createSourceChecks(others, now)) yield await runCheck(check, signal);
}

function createSourceChecks(settings: CollectorSettings, now: () => number): readonly Check[] {
  const rondb = findRonDb(settings);
  const readFolders = createFolderReader(settings);
  return [
    ...createRecordedChecks(settings, now),
    // What is only compared is asked too.
    ...(settings.COMPUTE_SOURCE === 'both'
      ? createRecordedChecks({ ...settings, COMPUTE_SOURCE: 'prometheus', EGRESS_ENABLED: false }, now)
      : []),
    ...(rondb === undefined ? [] : [createRonDbCheck(rondb, now)]),
    ...(readFolders === undefined
      ? []
      : [createHopsFsCheck(readFolders, createHopsworks(settings), { path: settings.HOPSFS_PATH, now })]),
  ];
}

function createRecordedChecks(settings: CollectorSettings, now: () => number): readonly Check[] {
  const { sources } = createSources(settings);
  return sources.flatMap((source) => (source.kind === 'recorded' ? [describeRecorded(source, settings, now)] : []));
}

function describeRecorded(source: Source, settings: CollectorSettings, now: () => number): Check {
  const url = settings.OPENCOST_URL;
  const isOpenCost = source.name === 'compute' && settings.COMPUTE_SOURCE !== 'prometheus' && url !== undefined;
  const setting = isOpenCost ? 'OPENCOST_URL' : 'PROMETHEUS_URL';
  const where = `see ${setting}, and whether the network policy lets it out`;
  return createRecordedCheck(source, {
    name: isOpenCost ? 'OpenCost' : `Prometheus (${source.name})`,
    advice: {
      UNREACHABLE: where,
      TIMED_OUT: where,
      ACCESS_DENIED: isOpenCost
        ? 'OpenCost asks for no key: let the proxy before it let us through'
        : 'set PROMETHEUS_TOKEN_FILE to a file with a token that may query',
      ANSWER_UNREADABLE: `what answers at ${setting} is something else`,
      ...(source.name === 'egress' ? { ANSWER_FAILED: 'see EGRESS_QUERY and what Prometheus scrapes' } : {}),
    },
    now,
    ...(isOpenCost ? { describe: (signal) => describeOpenCost(url, signal) } : {}),
  });
}
