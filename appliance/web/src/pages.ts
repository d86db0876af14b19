// Lists that are read page by page with the server's cursor.
import { useInfiniteQuery } from '@tanstack/react-query'
import type { Page } from '@zhunkehu/api/branch'

export function usePages<Row>(
  key: readonly unknown[],
  read: (cursor?: string) => Promise<Page<Row>>,
) {
  const query = useInfiniteQuery({
    queryKey: key,
    queryFn: ({ pageParam }) => read(pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next,
    select: (data) => data.pages.flatMap((page) => page.items),
  })
  const more = query.hasNextPage
    ? { onMore: () => void query.fetchNextPage(), loading: query.isFetchingNextPage }
    : undefined
  return { query, more }
}
