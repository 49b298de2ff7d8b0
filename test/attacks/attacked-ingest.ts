import { type Pipeline, startPipeline } from '../harness/pipeline.ts';
import { createWorld, one, type TestCluster, type TestProject } from '../harness/world.ts';
import { createWellBehavedClient, type WellBehavedClient } from './well-behaved-client.ts';

/** An ingest on which one cluster's key is used for harm while another cluster posts as it should. */
export type AttackedIngest = {
  readonly pipeline: Pipeline;
  readonly url: string;
  readonly pid: number;
  readonly attacker: TestCluster;
  readonly attackersProject: TestProject;
  readonly bystander: WellBehavedClient;
  close(): Promise<void>;
};

/** A cluster has one connection or two. */
const BYSTANDER = { everyMs: 20, connectionsMax: 1 };

export async function startAttackedIngest(
  ingestSettings: Readonly<Record<string, string>> = {},
): Promise<AttackedIngest> {
  const pipeline = await startPipeline({ ingestSettings });
  const { clusters, projects } = await createWorld(pipeline.pool, {
    clusters: 2,
    ownersPerCluster: 1,
    membersPerOwner: 0,
    projectsPerUser: 1,
    ownerChangesAt: [],
  });
  const ingest = one(pipeline.ingests);
  const attacker = one(clusters);
  const other = one(clusters.slice(1));
  const projectOf = (cluster: TestCluster) => one(projects.filter(({ clusterId }) => clusterId === cluster.id));
  const bystander = createWellBehavedClient(ingest.url, other, projectOf(other), BYSTANDER);
  return {
    pipeline,
    url: ingest.url,
    get pid() {
      return ingest.pid;
    },
    attacker,
    attackersProject: projectOf(attacker),
    bystander,
    async close() {
      bystander.close();
      await pipeline.close();
    },
  };
}
