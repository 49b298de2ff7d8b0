/** The path of OpenMeter, so that its SDK and collectors can post here. */
export const EVENTS_PATH = '/api/v1/events';
