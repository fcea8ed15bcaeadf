"""Routes below `/api/`."""

from __future__ import annotations

from django.urls import path

from messaging.conversations import views

urlpatterns = [
    path("me/dashboard", views.DashboardView.as_view()),
    path("messageConversations", views.ConversationsView.as_view(), name="messageConversations"),
    path("messageConversations/feedback", views.FeedbackView.as_view()),
    path("messageConversations/read", views.ReadView.as_view()),
    path("messageConversations/unread", views.ReadView.as_view(read=False)),
    path("messageConversations/followup", views.FollowUpView.as_view()),
    path("messageConversations/unfollowup", views.FollowUpView.as_view(follow=False)),
    path("messageConversations/<str:uid>", views.ConversationView.as_view()),
    path("messageConversations/<str:uid>/recipients", views.RecipientsView.as_view()),
    path("messageConversations/<str:uid>/priority", views.PriorityView.as_view()),
    path("messageConversations/<str:uid>/status", views.StatusView.as_view()),
    path("messageConversations/<str:uid>/assign", views.AssigneeView.as_view()),
    path("messageConversations/<str:uid>/read", views.ReadView.as_view()),
    path("messageConversations/<str:uid>/unread", views.ReadView.as_view(read=False)),
    path("messageConversations/<str:uid>/<str:user>", views.ParticipantView.as_view()),
    path("messageConversations/<str:uid>/<str:message>/attachments/<str:file>", views.AttachmentView.as_view()),
]
