-- The default plans. Premium and enterprise open once dedicated database servers exist.
insert into platform.plans (position, code, name, description, cpu_request_millicores, cpu_limit_millicores,
  memory_request_bytes, memory_limit_bytes, files_bytes, database_bytes, workers, connection_limit, strategy, is_available)
select position, code, name, description, cpu_request, cpu_limit,
  memory_request_mib * 1048576::bigint, memory_limit_mib * 1048576::bigint,
  files_gib * 1073741824::bigint, database_gib * 1073741824::bigint, workers, connections, strategy, is_available
from (values
  (1, 'basic', 'Basic', 'For a first instance and small teams.', 250, 1000, 512, 1024, 5, 5, 0, 16, 'SHARED', true),
  (2, 'standard', 'Standard', 'For teams that work in it every day.', 500, 2000, 1024, 2048, 10, 5, 2, 32, 'SHARED', true),
  (3, 'premium', 'Premium', 'A database server of its own.', 1000, 4000, 2048, 4096, 50, 50, 4, 100, 'DEDICATED', false),
  (4, 'enterprise', 'Enterprise', 'The largest, with a database server of its own.', 2000, 8000, 4096, 8192, 200, 200, 8, 200, 'DEDICATED', false)
) as plan (position, code, name, description, cpu_request, cpu_limit, memory_request_mib, memory_limit_mib,
  files_gib, database_gib, workers, connections, strategy, is_available);
