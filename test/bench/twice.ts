/**
 * Places of a block of events that are sent, of which a third are copies. A block of single events is sent in about a
 * second, one in batches of 1,000 is six of them: copies meet in one batch, in batches that are in hand together, and
 * long after.
 */
const BLOCK_PLACES = 6_144;
const PLACES_OF_THREE = 3;
const EVENTS_OF_BLOCK = (BLOCK_PLACES / PLACES_OF_THREE) * 2;

/**
 * Which event is sent at a place when half of all events are sent twice. Of three places two have events of their own,
 * and the third has the copy of one of the same block, counted from its end: in the first half of a block the copy
 * comes before what it is a copy of, in the second half after it.
 */
export function placeTwice(place: number): number {
  const block = Math.floor(place / BLOCK_PLACES);
  const placeInBlock = place % BLOCK_PLACES;
  const three = Math.floor(placeInBlock / PLACES_OF_THREE);
  const inThree = placeInBlock % PLACES_OF_THREE;
  const inBlock = inThree < 2 ? three * 2 + inThree : EVENTS_OF_BLOCK - 2 - three * 2;
  return block * EVENTS_OF_BLOCK + inBlock;
}

/** How many different events the first `places` have. */
export function countTwice(places: number): number {
  const wholePlaces = places - (places % BLOCK_PLACES);
  const ofLastBlock = new Set<number>();
  for (let place = wholePlaces; place < places; place++) ofLastBlock.add(placeTwice(place));
  return (wholePlaces / BLOCK_PLACES) * EVENTS_OF_BLOCK + ofLastBlock.size;
}
