"""The order counter: the fast door for orders. SQL over psycopg, no ORM; of trade it knows the types only."""
