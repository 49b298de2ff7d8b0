import { known, type MakeCall } from './call.ts';

const OWNER = 'auth0|documented';
const MEMBER = 'auth0|documented-member';
const YESTERDAY = new Date(Date.now() - 86_400_000).toISOString();

/** Users, clusters, projects, keys and invitations, from nothing to gone. */
export const DIRECTORY_CALLS: readonly MakeCall[] = [
  () => ({
    operationId: 'createCluster',
    body: { name: 'documented', maxUsers: 20 },
    status: 201,
    learn: ({ id }, world) => world.set('documentedCluster', id),
  }),
  () => ({ operationId: 'createCluster', body: { name: 'east', maxUsers: 1 }, status: 409 }),
  (world) => ({
    operationId: 'changeCluster',
    params: { id: known(world, 'documentedCluster') },
    body: { maxUsers: 30, maxCores: 1_024, maxGpus: 8 },
    status: 200,
  }),
  () => ({ operationId: 'listClusters', status: 200 }),
  (world) => ({ operationId: 'readCluster', params: { id: known(world, 'documentedCluster') }, status: 200 }),
  () => ({ operationId: 'createUser', body: { id: OWNER, email: 'o@example.com', name: 'Owner' }, status: 201 }),
  () => ({ operationId: 'createUser', body: { id: MEMBER, accountOwnerId: OWNER }, status: 201 }),
  () => ({
    operationId: 'changeUser',
    params: { id: OWNER },
    body: { name: 'Ada', billingAddress: 'Engines Ltd\nLondon' },
    status: 200,
  }),
  () => ({ operationId: 'changeUser', params: { id: 'nobody' }, body: { name: 'Ada' }, status: 404 }),
  () => ({ operationId: 'listUsers', query: { q: 'documented' }, status: 200 }),
  (world) => ({
    operationId: 'assignUser',
    params: { id: OWNER },
    body: { clusterId: known(world, 'documentedCluster') },
    status: 201,
  }),
  (world) => ({
    operationId: 'setAlias',
    body: { clusterId: known(world, 'documentedCluster'), alias: 'john1234', userId: OWNER, reason: 'a test' },
    status: 201,
    learn: ({ id }, learned) => learned.set('alias', id),
  }),
  () => ({ operationId: 'listAliases', query: { alias: 'john1234' }, status: 200 }),
  (world) => ({
    operationId: 'endAlias',
    params: { id: known(world, 'alias') },
    body: { at: YESTERDAY, reason: 'a test' },
    status: 200,
  }),
  (world) => ({
    operationId: 'createProject',
    body: { clusterId: known(world, 'documentedCluster'), namespace: 'documented', userId: OWNER },
    status: 201,
    learn: ({ id }, learned) => learned.set('documentedProject', id),
  }),
  (world) => ({
    operationId: 'addNamespaceRule',
    body: { clusterId: known(world, 'documentedCluster'), pattern: 'kube-*', action: 'ignore', reason: 'a test' },
    status: 201,
    learn: ({ id }, learned) => learned.set('namespaceRule', id),
  }),
  () => ({ operationId: 'listNamespaceRules', status: 200 }),
  (world) => ({
    operationId: 'withdrawNamespaceRule',
    params: { id: known(world, 'namespaceRule') },
    body: { reason: 'a test' },
    status: 200,
  }),
  () => ({ operationId: 'listProjects', status: 200 }),
  (world) => ({
    operationId: 'handOverProject',
    params: { id: known(world, 'documentedProject') },
    body: { userId: MEMBER, from: '2020-01-01T00:00:00Z', dryRun: true },
    status: 400,
  }),
  (world) => ({
    operationId: 'handOverProject',
    params: { id: known(world, 'project') },
    body: { userId: 'auth0|owner', dryRun: true },
    status: 200,
  }),
  (world) => ({
    operationId: 'changeProject',
    params: { id: known(world, 'documentedProject') },
    body: { startedAt: YESTERDAY, reason: 'it began later' },
    status: 200,
  }),
  (world) => ({
    operationId: 'endProject',
    params: { id: known(world, 'documentedProject') },
    body: { reason: 'over' },
    status: 200,
  }),
  () => ({
    operationId: 'changeOwner',
    params: { id: MEMBER },
    body: { accountOwnerId: null, dryRun: true },
    status: 200,
  }),
  () => ({
    operationId: 'endAssignment',
    params: { id: OWNER },
    body: { at: YESTERDAY, reason: 'left earlier', dryRun: true },
    status: 200,
  }),
  () => ({ operationId: 'unassignUser', params: { id: OWNER }, status: 200 }),
  () => ({
    operationId: 'createInvite',
    body: { accountOwnerId: OWNER, email: 'new@example.com' },
    status: 201,
    learn: ({ token }, world) => world.set('inviteToken', token),
  }),
  (world) => ({
    operationId: 'acceptInvite',
    body: { token: known(world, 'inviteToken'), userId: 'auth0|documented-new', name: 'New' },
    status: 200,
  }),
  () => ({
    operationId: 'createInvite',
    body: { accountOwnerId: OWNER, email: 'other@example.org' },
    status: 201,
    learn: ({ invite }, world) => world.set('invite', invite.id),
  }),
  (world) => ({ operationId: 'revokeInvite', params: { id: known(world, 'invite') }, status: 200 }),
  () => ({ operationId: 'listInvites', status: 200 }),
  (world) => ({
    operationId: 'createClusterKey',
    params: { id: known(world, 'documentedCluster') },
    status: 201,
    learn: ({ clusterKey }, learned) => learned.set('clusterKey', clusterKey.id),
  }),
  (world) => ({
    operationId: 'rotateClusterKey',
    params: { id: known(world, 'documentedCluster'), keyId: known(world, 'clusterKey') },
    body: {},
    status: 201,
  }),
  (world) => ({
    operationId: 'revokeClusterKey',
    params: { id: known(world, 'documentedCluster'), keyId: known(world, 'clusterKey') },
    status: 200,
  }),
  (world) => ({ operationId: 'listClusterKeys', params: { id: known(world, 'documentedCluster') }, status: 200 }),
  () => ({ operationId: 'listAuditLog', status: 200 }),
  (world) => ({
    operationId: 'listAuditLog',
    query: { account: 'auth0|owner', action: 'create_user', from: known(world, 'from') },
    status: 200,
  }),
  () => ({ operationId: 'search', query: { q: 'a' }, status: 200 }),
  () => ({ operationId: 'search', query: { q: 'x'.repeat(257) }, status: 400 }),
];
