-- What was written last is not in the search index yet but in a list beside it, which every search reads from end to end: PostgreSQL's default
-- of 4 MB is 3.5 of the 12 ms that a search among ten million lots computes, and makes the index look dearer to the planner than it is.
-- In kB. https://www.postgresql.org/docs/15/gin-implementation.html#GIN-FAST-UPDATE
ALTER INDEX lots_search SET (gin_pending_list_limit = 512);
