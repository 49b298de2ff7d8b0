import { runPromtool } from './promtool.ts';

/**
 * What happens, by series, and which alerts fire then: these and no others. A series is a metric and its labels, with
 * commas between; its values are written as `promtool test rules` reads them. An alert that fires for several series is
 * named as often.
 */
export type Story = readonly [name: string, series: Readonly<Record<string, string>>, raised: readonly string[]];

export type Play = {
  /** A file of rules, as Prometheus reads it. */
  readonly rules: unknown;
  /** Those of a scene happen at the same time, each in a namespace of its own, and must not mix. */
  readonly scenes: readonly (readonly Story[])[];
  /** What happens in every story that does not say otherwise. */
  readonly always: Readonly<Record<string, string>>;
  /** Of every series beside its own and the namespace. */
  readonly labels: readonly string[];
  /** Between two values of a series, and between two looks at the rules. */
  readonly interval: '1m' | '5m';
  /** When it is asked which alerts fire, such as `4h`. */
  readonly askedAt: string;
};

/** @returns what promtool says. @throws when an alert fires that should not, or does not and should. */
export async function playStories(play: Play): Promise<string> {
  const { rules, scenes, interval } = play;
  const files = {
    'rules.json': rules,
    'tests.json': {
      rule_files: ['rules.json'],
      evaluation_interval: interval,
      tests: scenes.map((scene) => makeTest(scene, play)),
    },
  };
  return runPromtool(['test', 'rules', 'tests.json'], { files });
}

function makeTest(scene: readonly Story[], { always, labels, interval, askedAt }: Play): object {
  // A single story is at home in the namespace that a chart is rendered for, and may be about what is not there, which
  // is in no namespace.
  const isAlone = scene.length === 1;
  const namespaceOf = (at: number) => (isAlone ? 'hopsmeter' : `story-${at}`);
  return {
    name: scene.map(([name]) => name).join('; '),
    interval,
    input_series: scene.flatMap(([, series], at) =>
      Object.entries({ ...always, ...series }).map(([key, values]) => {
        const [metric = '', ...own] = key.split(',');
        return { series: `${metric}{${[`namespace="${namespaceOf(at)}"`, ...labels, ...own].join(', ')}}`, values };
      }),
    ),
    promql_expr_test: [
      {
        expr: `count by (${isAlone ? 'alertname' : 'alertname, namespace'}) (ALERTS{alertstate="firing"})`,
        eval_time: askedAt,
        exp_samples: scene.flatMap(([, , raised], at) =>
          [...new Set(raised)].map((alert) => ({
            labels: `{alertname="${alert}"${isAlone ? '' : `, namespace="${namespaceOf(at)}"`}}`,
            value: raised.filter((one) => one === alert).length,
          })),
        ),
      },
    ],
  };
}
