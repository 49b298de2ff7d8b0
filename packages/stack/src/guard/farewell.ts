/** What a process tells its guard before it ends in order. A pipe that closes without it belonged to a dead one. */
export const FAREWELL = 'done\n';
