create schema crm authorization {owner};

comment on schema crm is 'The records of the CRM';
