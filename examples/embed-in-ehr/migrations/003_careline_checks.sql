-- What 002 added holds for every message that was there already. Others read and write meanwhile.
alter table messages validate constraint messages_one_thread;
alter table messages validate constraint messages_internal;
alter table messages validate constraint messages_external;
