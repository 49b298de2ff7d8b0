/** Who the demo is about: three account owners, their teams, two clusters. Everything here is invented. */

export type DemoCluster = { readonly id: string; readonly name: string; readonly maxUsers: number };

export type DemoUser = {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  /** `undefined`: an account owner. */
  readonly accountOwnerId: string | undefined;
  readonly cluster: DemoCluster;
};

export const EU: DemoCluster = { id: '7d1f3c52-8a0b-4e6f-9c1d-2b5a6e7f8091', name: 'demo-eu-west-1', maxUsers: 60 };
export const US: DemoCluster = { id: 'c4e9a817-53d2-4f0a-8b66-91d0e3f7a2b5', name: 'demo-us-east-1', maxUsers: 25 };

export const DEMO_CLUSTERS: readonly DemoCluster[] = [EU, US];

/** An owner and the members of the team; given names, because that is how a team speaks of itself. */
type Team = { readonly owner: string; readonly cluster: DemoCluster; readonly members: readonly string[] };

const TEAMS: readonly Team[] = [
  {
    owner: 'Astrid Berg',
    cluster: EU,
    members: [
      'Bela Kovacs',
      'Chiara Rossi',
      'Daan de Vries',
      'Elena Petrova',
      'Freja Holm',
      'Gael Moreau',
      'Hanna Virtanen',
      'Ines Duarte',
      'Jakub Nowak',
      'Katya Orlova',
      'Liam Byrne',
      'Maja Lund',
    ],
  },
  {
    owner: 'Nils Aker',
    cluster: EU,
    // Viktor Strand came from Astrid Berg's team, see MOVE.
    members: ['Olga Weiss', 'Pablo Serra', 'Quentin Roux', 'Rosa Marini', 'Sven Dahl', 'Viktor Strand'],
  },
  { owner: 'Tara Quinn', cluster: US, members: ['Uma Patel', 'Wyatt Cole', 'Xenia Cruz', 'Yusuf Amin'] },
];

export const DEMO_USERS: readonly DemoUser[] = TEAMS.flatMap(({ owner, cluster, members }) => [
  { id: userIdOf(owner), name: owner, email: emailOf(owner), accountOwnerId: undefined, cluster },
  ...members.map((name) => ({
    id: userIdOf(name),
    name,
    email: emailOf(name),
    accountOwnerId: userIdOf(owner),
    cluster,
  })),
]);

/** A member who changes teams in the middle of the past month: usage before belongs to the first owner's account. */
export const MOVE = {
  userId: userIdOf('Viktor Strand'),
  fromOwnerId: userIdOf('Astrid Berg'),
  toOwnerId: userIdOf('Nils Aker'),
} as const;

/** `Astrid Berg` → `auth0|astrid-berg`: a user id has this form, and a person can read it. */
export function userIdOf(name: string): string {
  return `auth0|${name.toLowerCase().replaceAll(' ', '-')}`;
}

function emailOf(name: string): string {
  return `${name.toLowerCase().replaceAll(' ', '.')}@example.com`;
}
