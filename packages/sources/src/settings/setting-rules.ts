import type { CollectorSettings } from './collector-settings.ts';

export type RuleProblem = {
  /** The setting to change. */
  readonly name: keyof CollectorSettings;
  readonly message: string;
};

type Secret = 'CLUSTER_KEY' | 'RONDB_PASSWORD' | 'HOPSWORKS_API_KEY';

/** Finds settings that contradict each other, or need others that are not set. */
export function findRuleProblems(settings: CollectorSettings): readonly RuleProblem[] {
  const problems: RuleProblem[] = [];
  const isSet = (name: keyof CollectorSettings): boolean => settings[name] !== undefined && settings[name] !== false;
  const expect = (holds: boolean, name: keyof CollectorSettings, message: string): void => {
    if (!holds) problems.push({ name, message });
  };
  const expectSecret = (name: Secret, reason: string): void => {
    const [hasValue, hasFile] = [isSet(name), isSet(`${name}_FILE`)];
    expect(hasValue || hasFile, name, `set ${name} or ${name}_FILE: ${reason}`);
    expect(!(hasValue && hasFile), name, `set ${name} or ${name}_FILE, not both`);
  };
  const hasPrometheus = settings.COMPUTE_SOURCE !== 'opencost';

  expectSecret('CLUSTER_KEY', 'usage is sent with it');
  if (isSet('HOPSWORKS_URL')) expectSecret('HOPSWORKS_API_KEY', 'HOPSWORKS_URL is set');
  if (isSet('RONDB_HOST')) {
    expect(isSet('HOPSWORKS_URL'), 'HOPSWORKS_URL', 'RONDB_HOST needs it: only Hopsworks knows the namespaces');
    expect(isSet('RONDB_USER'), 'RONDB_USER', 'RONDB_HOST needs it');
    expectSecret('RONDB_PASSWORD', 'RONDB_HOST is set');
  }
  expect(
    !(isSet('HOPSFS_URL') && isSet('HOPSFS_COMMAND')),
    'HOPSFS_COMMAND',
    'set HOPSFS_URL or HOPSFS_COMMAND, not both',
  );
  for (const name of ['HOPSFS_URL', 'HOPSFS_COMMAND'] as const)
    if (isSet(name))
      expect(isSet('HOPSWORKS_URL'), 'HOPSWORKS_URL', `${name} needs it: only Hopsworks knows the namespaces`);
  if (hasPrometheus)
    expect(isSet('PROMETHEUS_URL'), 'PROMETHEUS_URL', `COMPUTE_SOURCE ${settings.COMPUTE_SOURCE} needs it`);
  if (settings.COMPUTE_SOURCE === 'both') expect(isSet('OPENCOST_URL'), 'OPENCOST_URL', 'COMPUTE_SOURCE both needs it');
  if (isSet('COMPUTE_PER_MEMBER'))
    expect(
      hasPrometheus || isSet('OPENCOST_URL'),
      'COMPUTE_PER_MEMBER',
      'it needs compute: set OPENCOST_URL, or COMPUTE_SOURCE prometheus',
    );
  if (isSet('EGRESS_ENABLED')) expect(isSet('PROMETHEUS_URL'), 'PROMETHEUS_URL', 'EGRESS_ENABLED needs it');
  if (isSet('EGRESS_QUERY'))
    expect(isSet('EGRESS_ENABLED'), 'EGRESS_QUERY', 'set EGRESS_ENABLED too, or it does nothing');
  const hasSource =
    hasPrometheus ||
    (['OPENCOST_URL', 'EGRESS_ENABLED', 'RONDB_HOST', 'HOPSFS_URL', 'HOPSFS_COMMAND', 'HOPSWORKS_URL'] as const).some(
      isSet,
    );
  expect(hasSource, 'OPENCOST_URL', 'no source is switched on: set OPENCOST_URL, HOPSWORKS_URL, RONDB_HOST or another');
  return problems;
}
