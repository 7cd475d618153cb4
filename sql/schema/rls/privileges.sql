-- Policies call these three as the person who asks; without USAGE on the schema nobody can call them by name.
revoke all on all functions in schema rls from public;

grant execute on function rls.caller(), rls.counted(text, text, text), rls.readable(text, text) to public;
