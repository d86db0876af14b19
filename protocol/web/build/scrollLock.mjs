// The pages' body never scrolls (its main part does), so an open dialog has nothing to lock.
// Stands in for the widgets' own lock, which needs a style element that a strict content policy refuses.
export default function useScrollLocker() {}
