"""`/api/messageConversations`: what people say to each other."""
