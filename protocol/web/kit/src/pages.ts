// Lists that are read page by page with the server's cursor.
import { useInfiniteQuery } from '@tanstack/react-query'

type Page<Row> = { items: Row[]; next?: string | null | undefined }

export function usePages<Row>(
  key: readonly unknown[],
  read: (cursor?: string) => Promise<Page<Row>>,
) {
  const query = useInfiniteQuery({
    queryKey: key,
    queryFn: ({ pageParam }) => read(pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
    select: (data) => data.pages.flatMap((page) => page.items),
  })
  const more = query.hasNextPage
    ? { onMore: () => void query.fetchNextPage(), loading: query.isFetchingNextPage }
    : undefined
  return { query, more }
}
