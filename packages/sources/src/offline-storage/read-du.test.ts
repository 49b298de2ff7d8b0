import { expect, it } from 'vitest';
import { readDu } from './read-du.ts';

it('reads the bytes without replication of each folder, between lines of logs', () => {
  const output = `SLF4J: Class path contains multiple SLF4J bindings.
WARNING: HADOOP_PREFIX has been replaced by HADOOP_HOME. Using value of HADOOP_PREFIX.
2026-11-22 13:05:01,123 WARN  util.NativeCodeLoader: Unable to load native-hadoop library for your platform...
26/11/22 13:05:01 WARN util.NativeCodeLoader: Unable to load native-hadoop library for your platform...
log4j:WARN No appenders could be found for logger
9007199254740993    27021597764222979  /Projects/a_b
0                   0                  hdfs://rpc.namenode.service.consul:8020/Projects/empty

12 /Projects/of an old version
`;
  expect(readDu(output, '/Projects/')).toEqual([
    { name: 'a_b', bytes: 9_007_199_254_740_993n },
    { name: 'empty', bytes: 0n },
    { name: 'of an old version', bytes: 12n },
  ]);
});

it.each([
  ['sizes for people', '1.2 G  3.6 G  /Projects/a'],
  ['a line that was cut off', '12  36'],
  ['an error', 'du: Permission denied: user=hopsmeter'],
  ['a negative size', '-1  -3  /Projects/a'],
  ['another folder', '12  36  /user/a'],
  ['a folder below one of a project', '12  36  /Projects/a/Resources'],
  ['a folder twice', '12 36 /Projects/a\n12 36 /Projects/a'],
])('takes nothing of an output that has %s', (_, line) => {
  expect(() => readDu(`1 3 /Projects/good\n${line}\n`, '/Projects')).toThrow(
    expect.objectContaining({ code: 'ANSWER_UNREADABLE' }),
  );
});

it('knows that nothing was printed', () => {
  expect(readDu('', '/Projects')).toEqual([]);
});
